"""What earlier releases stored, one folder a release, written by that release itself; later ones must read it all."""

"""The methods of `AppStore`, grouped by what they are about."""

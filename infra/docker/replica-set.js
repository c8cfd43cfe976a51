// Once per start of the composition: make the one member a replica set, and give the services their own user.
// The user's name and password are those of the address that the services are given (the secret appstore_mongo).
const secret = (name) => require('fs').readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const databases = ['catalog', 'compliance', 'deployer', 'community', 'gateway'].map((name) => `appstore_${name}`);
const admin = db.getSiblingDB('admin');

admin.auth('root', secret('mongo_root_password'));
if (admin.runCommand({ replSetGetStatus: 1 }).codeName === 'NotYetInitialized') {
  rs.initiate({ _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] });
}
const deadline = Date.now() + 60000;
while (!db.hello().isWritablePrimary) {
  if (Date.now() > deadline) {
    throw new Error('no member became primary within a minute');
  }
  sleep(200);
}
const address = new URL(secret('appstore_mongo'));
const account = {
  pwd: decodeURIComponent(address.password),
  roles: databases.map((name) => ({ role: 'readWrite', db: name })),
};
const user = decodeURIComponent(address.username);
if (admin.getUser(user) === null) {
  admin.createUser({ user, ...account });
} else {
  admin.updateUser(user, account);
}

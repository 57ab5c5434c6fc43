import { folderRegistryStore } from '#shared/adapters/local/folder-versioned-objects.ts';
import { tempFolder } from '../support/temp-folder.ts';
import { versionedObjectsContract } from './versioned-objects.contract.ts';

versionedObjectsContract({
  name: 'folder',
  make: async () => folderRegistryStore(await tempFolder()),
  tellsDigest: false,
  keepsVersions: false,
});

import { yamlTree } from '#shared/adapters/yaml-tree.ts';
import { yamlReaderContract } from './yaml-reader.contract.ts';

yamlReaderContract('the yaml package', yamlTree());

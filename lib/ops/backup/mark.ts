/** Under this a restore notes in the metadata of a collection, which Qdrant keeps and does not read, how far it is. */
export const MARK = 'cdktf-qdrant-restore';

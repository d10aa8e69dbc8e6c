/** The member of a Secret that holds the token. */
export const TOKEN_MEMBER = 'token';

/** The annotation of a Secret that says which grants it is for. */
export const GRANTS_ANNOTATION = 'cdktf-qdrant/grants';

type Environment = Readonly<Record<string, string | undefined>>;

/** The credentials that an environment holds, as the SDK wants them. */
export const credentialsIn = (environment: Environment) => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_CREDENTIAL_EXPIRATION } = environment;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error('there are no credentials in the environment');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    // Temporary keys are refused without it.
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
    // Those of a role's session in Lambda outlive their container, and carry none.
    ...(AWS_CREDENTIAL_EXPIRATION && { expiration: new Date(AWS_CREDENTIAL_EXPIRATION) }),
  };
};

/**
 * Stands in for the SDK's chain of credential providers in every bundle (esbuild.cjs): in Lambda the credentials of
 * the role are in the environment and nowhere else, and the chain brings readers of files, web identities and two more
 * clients along. The SDK asks again when the last ones expire.
 */
export const defaultProvider = () => async () => credentialsIn(process.env);

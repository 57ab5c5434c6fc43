/** How a function is bundled: as CommonJS, because that starts quicker, and with the SDK's smaller builds. */
module.exports = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  // What is imported on demand would otherwise come along as a file of its own that the zip has not.
  supported: { 'dynamic-import': false },
  sourcemap: false,
  alias: {
    // The whole chain of providers is a third of the SDK.
    '@aws-sdk/credential-provider-node': './infra/aws/environment-credentials.ts',
    '@smithy/core/event-streams': './infra/aws/no-event-streams.ts',
  },
  plugins: 'infra/aws/esbuild-plugins.cjs',
  // The SDK too: what is bundled is what was tested, and it loads quicker than the runtime's own.
  exclude: [],
};

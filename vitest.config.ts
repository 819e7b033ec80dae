import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Says once what the tests run on: natively, or why not.
    globalSetup: ['test/setup/announce-backend.ts'],
    // Processes of their own: tests set environment variables, end workers, and load the addon anew.
    pool: 'forks',
    // The built files as Node runs them: rewritten by vitest, kernels would take several times as long.
    server: { deps: { external: [/\/(?:dist|lib)\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

import { registerHooks } from 'node:module';

export const sdkName = '@tallyman/sdk';

/**
 * Lets a sink import or require the SDK from wherever it lies: where Node finds none from there, it gets the agent's
 * own. For the program to call once, before it loads sinks: the hook stays for the life of the process.
 */
export function supplySdk(): void {
  const url = import.meta.resolve(sdkName);
  registerHooks({
    resolve: (specifier, context, next) => {
      try {
        return next(specifier, context);
      } catch (error) {
        if (specifier !== sdkName) throw error;
        return { url, format: 'module', shortCircuit: true };
      }
    },
  });
}

export const cases = {} as never;

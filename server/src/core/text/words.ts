/** The words of a name, in lower case: `makeTrain_Env2` is make, train, env. */
export const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .match(/[a-z]+/g) ?? [];

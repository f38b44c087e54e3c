/** How far a misspelt name is from the one that was meant. */

/** The fewest letters to insert, delete, replace or swap with their neighbours that make one text of the other. */
export function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      let least = Math.min(above[column]! + 1, current[column - 1]! + 1, above[column - 1]! + (isSame ? 0 : 1));
      const isSwapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (isSwapped && before.length > 0) least = Math.min(least, before[column - 2]! + 1);
      current.push(least);
    }
    before = above;
    above = current;
  }
  return above[b.length]!;
}

/** The name that a misspelt one is nearest to, at most two letters away; null where none is near, or it is one of them. */
export function nearest(name: string, names: readonly string[]): string | null {
  const near = names
    .map((each) => ({ each, distance: editDistance(name.toLowerCase(), each.toLowerCase()) }))
    .filter(({ each, distance }) => each !== name && distance <= Math.min(2, Math.floor(each.length / 4)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.each ?? null;
}

/** Modules of libraries that take an assignment of any name, also of one that means nothing. */
import moduleTable from '../../../data/modules.json' with { type: 'json' };

export interface ModuleRow {
  readonly module: string;
  /** All that any version has; absent where they are too many to list. */
  readonly attributes?: readonly string[];
  /** Those of them that are there to be assigned. */
  readonly switches?: readonly string[];
  /** Functions that set what they are named after, and beside what the table of seeders has. */
  readonly functions?: readonly string[];
  readonly source: string;
}

export const MODULES = moduleTable.modules as readonly ModuleRow[];

/** The row of a module, by its qualified name; undefined for one the table does not have. */
export const moduleRow = (module: string): ModuleRow | undefined => MODULES.find((row) => row.module === module);

/** Modules of libraries that take an assignment of any name, also of one that means nothing. */
import moduleTable from '../../../data/modules.json' with { type: 'json' };
import type { ModulesTable } from './rows.ts';

/** A module, and the attributes it has. */
export type ModuleRow = ModulesTable['modules'][number];

export const MODULES = moduleTable.modules as readonly ModuleRow[];

/** The row of a module, by its qualified name; undefined for one the table does not have. */
export const moduleRow = (module: string): ModuleRow | undefined => MODULES.find((row) => row.module === module);

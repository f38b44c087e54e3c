/** The names server and client must agree on; the only server file the VS Code client may import. */

/** The commands of the language server; a client may run any of them itself. */
export const COMMANDS = {
  /** Arguments: the document's URI and `SeedBlockOptions`. */
  insertSeedBlock: 'seedwise.insertSeedBlock',
  /** Arguments: the document's URI, and the position of the cursor. */
  insertSeedWorker: 'seedwise.insertSeedWorker',
  makeDeterministic: 'seedwise.makeDeterministic',
  replaceIndexSelect: 'seedwise.replaceIndexSelect',
  /** Arguments: the rule's name, and the address of its page for clients that have no copy. */
  explainRule: 'seedwise.explainRule',
  /** Argument: the rule's name. Only a client can write its settings, so the server never runs this one. */
  turnOffRule: 'seedwise.turnOffRule',
  /**
   * Gives the reproducibility report of a program as Markdown, or of every program where no URI is given. Arguments:
   * the document's URI and `ReportOptions`.
   */
  report: 'seedwise.report',
  /** Argument: the rule's name. Only a client can ask for a severity and write its settings. */
  changeSeverity: 'seedwise.changeSeverity',
  /** Argument: the rule's name, and the address of a document in the folder that is meant. */
  turnOffInFolder: 'seedwise.turnOffInFolder',
  /** Argument: the document's URI. Writes a new file beside it. */
  insertRunComparison: 'seedwise.insertRunComparison',
  /** Argument: the rule's name. Repairs its findings in all files of the workspace. */
  fixInWorkspace: 'seedwise.fixInWorkspace',
  /** Shows the settings of ours; none of the server's commands. */
  openSettings: 'seedwise.openSettings',
  /** Only on the page of a report: `PlaceArguments`. */
  openPlace: 'seedwise.openPlace',
  /** The title of a repair and `PlaceArguments`: takes it there. */
  repairAt: 'seedwise.repairAt',
  copyReport: 'seedwise.copyReport',
  refreshReport: 'seedwise.refreshReport',
} as const;

/** A command of clients that can start processes. Argument: the document's URI. */
export const VERIFY = 'seedwise.verify';

export interface ReportOptions {
  /** Asks for a `ReportPage` instead of Markdown. */
  readonly page?: boolean;
}

export interface ReportPage {
  /** What the file is called in the workspace. */
  readonly name: string;
  /** False for a file that is no entry point; `summary` then says why. */
  readonly isProgram: boolean;
  /** One sentence, in which code stands in backticks. */
  readonly summary: string;
  readonly markdown: string;
  /** The body of a page; its links are the commands above. */
  readonly html: string;
  /** The programs that reach a file which is none. */
  readonly programs: readonly { readonly name: string; readonly uri: string }[];
}

/** Line and column count from 1. */
export type PlaceArguments = readonly [uri: string, line: number, column: number, cell?: number];

export interface SeedBlockOptions {
  readonly deterministic: boolean;
}

/** What a client may send as `initializationOptions`. */
export interface InitializationOptions {
  /** The `seedwise` settings, for clients that cannot be asked for them. */
  readonly settings?: unknown;
  /** The commands the client runs itself; the server does not announce them, lest both register one name. */
  readonly commands?: readonly string[];
  /** The client answers `FILES`: the server then reaches the workspace through it, wherever that lies. */
  readonly readsFiles?: boolean;
  /** The client shows `Status`, and wants to hear when it changes. */
  readonly showsStatus?: boolean;
  /**
   * The client may ask for the findings of the whole workspace by the protocol's own request, which is announced then: some
   * clients ask again and again when it is.
   */
  readonly workspaceDiagnostics?: boolean;
}

/** Requests of the server to a client that reads files. Addresses are URIs; answers come in the order of the questions. */
export const FILES = {
  /** Parameter: `ListFolders`. Answers `FolderEntry[]` or null for each. */
  list: 'seedwise/listFolders',
  /** Parameter: `ReadFiles`. Answers the text of each file, or null. */
  read: 'seedwise/readFiles',
} as const;

export interface ListFolders {
  readonly uris: readonly string[];
}

export interface FolderEntry {
  readonly name: string;
  /** A link to a file is a file; a link to a folder is not listed, so that no loop can catch us. */
  readonly isFolder: boolean;
}

export interface ReadFiles {
  readonly uris: readonly string[];
  /** Longer files are answered as null. */
  readonly maxBytes: number;
}

/** What the server knows of the versions a document runs with. */
export const STATUS = {
  /** A request of the client; parameter: `StatusOf`. Answers `Status`, or null for a document that is not judged. */
  of: 'seedwise/status',
  /** A notification of the server to a client that shows it: answers may be others now. No parameter. */
  changed: 'seedwise/statusChanged',
} as const;

export interface StatusOf {
  readonly uri: string;
}

export interface Status {
  /** The version of torch that is assumed. */
  readonly torch: string;
  /** What says so: a manifest, the setting, or nothing, where it is the newest known. */
  readonly from: 'manifest' | 'setting' | 'nothing';
  /** False where it is the newest of several that the manifest allows. */
  readonly isExact: boolean;
  /** Where the manifest says so. */
  readonly place?: { readonly uri: string; readonly line: number; readonly character: number };
}

/** A request of the client; no parameter. Answers `ProgramEntry[]`: the programs of the workspace, sorted by name. */
export const PROGRAMS = 'seedwise/programs';

export interface ProgramEntry {
  readonly uri: string;
  readonly name: string;
  /** What stands above the program in an editor. */
  readonly text: string;
  readonly promise: 'none' | 'seeded' | 'deterministic';
  /** The streams that are seeded on every path. */
  readonly streams: readonly string[];
  readonly findings: readonly {
    readonly rule: string;
    readonly message: string;
    readonly severity: 'error' | 'warning' | 'information' | 'hint';
    /** Counts from 1. */
    readonly line: number;
  }[];
}

/** A notification of the server to a client that runs `openSettings`: the user wants to see them. No parameter. */
export const OPEN_SETTINGS = 'seedwise/openSettings';

/** A notification of the client: what its last pair of runs of a program has shown. Parameter: `RunOf`. */
export const RUN = 'seedwise/run';

export interface RunOf {
  /** The file that the program begins in. */
  readonly uri: string;
  /** The folder that the names of files in the verdict are relative to. */
  readonly folder: string;
  /** As `seedwise_trace` answers; null once a file of the program is another one. */
  readonly verdict: unknown;
}

/**
 * A request of the client; parameter: `CommandsOf`. Answers the functions of the document that its project installs as
 * commands, as manifests write them: `pkg.cli:main`.
 */
export const INSTALLED_COMMANDS = 'seedwise/installedCommands';

export interface CommandsOf {
  readonly uri: string;
}

/** A request of the client; no parameter. Answers a text for a report of a fault: versions, settings, sizes, times. */
export const DEBUG_INFO = 'seedwise/debugInfo';

/** The data bases the tests know. MySQL passes for MariaDB where that is what the machine has. */
export type ServerKind = 'postgres' | 'mariadb';

/** How to reach a server or a data base of it. */
export interface Login {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface Launch {
  /** The folder of this server alone; the program may write nowhere else. */
  readonly folder: string;
  readonly port: number;
  readonly password: string;
  /** Keeps what was committed through a power cut, as the vendor delivers it. */
  readonly durable: boolean;
  /** Further options of the server. */
  readonly flags: readonly string[];
}

/** A data base server as this machine has it. */
export interface Program {
  /** Command lines that make the folder ready and then serve it. */
  readonly commands: (launch: Launch) => { readonly prepare: readonly string[]; readonly serve: readonly string[] };
  /** Files the command lines read, by name in the folder. */
  readonly files: (launch: Launch) => Readonly<Record<string, string>>;
  /** Ends it at once; its data are thrown away. */
  readonly endSignal: 'QUIT' | 'KILL';
}

/** Who the private servers know. */
export const user = 'pipe';

/** A file that exports a domain of two turns, for tests of the command line. */
import type { Domain } from "exitlab/domain";
import { digits } from "./digit_domain.ts";

const domain: Domain = digits({ turns: 2 });

export default domain;

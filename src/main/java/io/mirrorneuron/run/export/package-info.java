/**
 * A run as one file that can be checked years later, without a server. {@link
 * io.mirrorneuron.run.export.ExportZip} writes it, {@link io.mirrorneuron.run.export.ExportCheck}
 * says whether it is still what was written; {@link io.mirrorneuron.run.export.ChainLink} has the
 * formula that both share. The format is described in {@code docs/runs.md}.
 */
package io.mirrorneuron.run.export;

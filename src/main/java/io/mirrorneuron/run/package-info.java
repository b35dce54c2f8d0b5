/**
 * The run store: one folder of plain files per run, shared with the programs of the run and with
 * other tools, so every name and shape here is contract. {@link io.mirrorneuron.run.RunStore} finds
 * folders, {@link io.mirrorneuron.run.folder.RunFolder} reads and writes the files of one, {@link
 * io.mirrorneuron.run.journal.RunJournal} puts the records of all its line files into one permanent
 * order. Areas see runs only as {@link io.mirrorneuron.run.RedactedRun}, without secrets. {@link
 * io.mirrorneuron.run.RunWriter} says which process writes runs behind the commits of their jobs.
 * Uses model, wire and storage.
 */
package io.mirrorneuron.run;

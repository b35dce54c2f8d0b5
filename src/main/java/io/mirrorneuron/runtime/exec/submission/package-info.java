/**
 * Folders of submissions: what programs of a job are given to read, and where they put results that
 * are not records of their run. {@link io.mirrorneuron.runtime.exec.submission.SubmissionFolders}
 * makes them and leads what programs write there into the run; {@link
 * io.mirrorneuron.runtime.exec.submission.Holders} knows whose each is.
 */
package io.mirrorneuron.runtime.exec.submission;

/**
 * What is stored of a job, and the transitions that change it. Entry: {@link JobState}; each part
 * notes what the next commit must write in {@link Changes}. Knows {@code runtime.port} and {@code
 * runtime.workflow}.
 */
package io.mirrorneuron.runtime.state;

/**
 * The stored state of a job, and the transitions that change it. Entry: {@link JobState}; each part
 * notes in {@link Changes} what the next commit must write. Knows {@code runtime.port} and {@code
 * runtime.workflow}.
 */
package io.mirrorneuron.runtime.state;

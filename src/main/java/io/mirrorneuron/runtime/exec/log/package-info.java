/**
 * What running programs print, as log records of their runs. Entry: {@link ProgramLog}, written by
 * {@link LogWriter}. Uses {@code exec.protocol} and the engine's port.
 */
package io.mirrorneuron.runtime.exec.log;

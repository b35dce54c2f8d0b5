package io.mirrorneuron.cli;

/** What a command tells programs of a file that it wrote. */
public record WrittenFile(String file) {}

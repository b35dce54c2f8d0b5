package io.mirrorneuron.runtime.state;

import java.util.List;

/**
 * What is stored of an agent beside its mailbox and what programs fill.
 *
 * @param restarts see {@link RestartHistory}; null for none
 */
record StoredAgent(
    long processed,
    String lastError,
    AgentState.LastProgram sandbox,
    boolean fired,
    List<Long> restarts,
    int moves) {}

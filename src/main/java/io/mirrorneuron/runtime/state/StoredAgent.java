package io.mirrorneuron.runtime.state;

/** What is stored of an agent beside its mailbox and what programs fill. */
record StoredAgent(
    long processed, String lastError, AgentState.LastProgram sandbox, boolean fired) {}

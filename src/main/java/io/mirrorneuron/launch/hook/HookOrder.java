package io.mirrorneuron.launch.hook;

/**
 * Whose hooks begin.
 *
 * @param launchId the progress id of the launch
 * @param configJson the configuration of the launch, as its programs will find it
 */
public record HookOrder(
    String runId, String blueprintId, String launchId, BundleHooks hooks, String configJson) {}

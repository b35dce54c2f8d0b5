package io.mirrorneuron.launch.hook;

import io.mirrorneuron.wire.HiddenTexts;

/**
 * Whose hooks begin.
 *
 * @param launchId the progress id of the launch
 * @param configJson the configuration of the launch, as its programs will find it
 * @param secrets what is told nobody but programs
 */
public record HookOrder(
    String runId,
    String blueprintId,
    String launchId,
    BundleHooks hooks,
    String configJson,
    HiddenTexts secrets) {}

package io.mirrorneuron.launch;

import io.mirrorneuron.launch.hook.RunHooks;
import io.mirrorneuron.port.JobsPort;
import io.mirrorneuron.port.ModelsPort;

/** What launches ask for: jobs, the models of their bundles, and their hooks. */
public record LaunchContext(JobsPort jobs, ModelsPort models, RunHooks hooks) {}

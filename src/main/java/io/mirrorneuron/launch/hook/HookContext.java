package io.mirrorneuron.launch.hook;

import io.mirrorneuron.config.LaunchSettings;
import io.mirrorneuron.port.operation.HookPrograms;
import java.time.Clock;
import java.util.function.BooleanSupplier;

/**
 * What hooks work with.
 *
 * @param isClosed whether the server stops
 */
record HookContext(
    HookStore store,
    HookPrograms programs,
    HookFiles files,
    LaunchSettings limits,
    Clock clock,
    BooleanSupplier isClosed) {}

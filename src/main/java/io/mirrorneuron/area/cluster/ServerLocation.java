package io.mirrorneuron.area.cluster;

/**
 * Where this server stands, as {@code /runtime/status} tells it. Texts, because they are only
 * shown.
 *
 * @param mode {@code local} or {@code cluster}
 * @param coreTarget {@code host:port} of the runtime's gRPC door
 * @param apiBaseUrl of this server, with {@code /api/v1}
 * @param webUiUrl null when none is known
 * @param sharedStorageConfigured whether the roots were set rather than derived
 */
public record ServerLocation(
    String mode,
    String mnHome,
    String coreTarget,
    String apiBaseUrl,
    String webUiUrl,
    String sharedHostRoot,
    String sharedRuntimeRoot,
    boolean sharedStorageConfigured) {}

package io.mirrorneuron.config;

import java.nio.file.Path;

/**
 * Files in PEM form for connections by TLS with certificates of both sides.
 *
 * @param key of this side
 * @param cert of this side, which the other one asks for
 * @param ca who signed the certificates of both
 */
public record PemFiles(Path key, Path cert, Path ca) {}

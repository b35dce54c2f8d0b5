package io.mirrorneuron.launch;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.mirrorneuron.port.Validation;
import io.mirrorneuron.port.models.ModelInstalls;
import java.util.List;

/**
 * How a launch went that came to its end, or how far it has come.
 *
 * @param jobId null while nothing is submitted
 * @param status of the job, {@code pending}; {@code launching} while nothing is submitted
 * @param source {@code catalog}, {@code path} or {@code bundle}
 * @param validation null while it was not validated, or when that was skipped
 * @param modelInstall null while that was not looked at
 * @param webUiService as its manifest describes it; null for none
 * @param warnings of the runtime
 */
public record Launched(
    String jobId,
    String runId,
    String status,
    String source,
    Object blueprint,
    Validation validation,
    ModelInstalls modelInstall,
    String progressId,
    Object webUiService,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> warnings) {}

package io.mirrorneuron.client;

import io.mirrorneuron.port.JobPage;
import io.mirrorneuron.proto.job.v1.ListJobsRequest;
import java.util.Optional;

/** What a runtime is asked for jobs. */
final class JobListing {
  private JobListing() {}

  static ListJobsRequest of(JobPage.Query query) {
    ListJobsRequest.Builder request =
        ListJobsRequest.newBuilder()
            .setLimit(query.limit())
            .setIncludeTerminal(query.includeTerminal());
    Optional.ofNullable(query.cursor()).ifPresent(request::setCursor);
    Optional.ofNullable(query.status()).ifPresent(request::setStatus);
    Optional.ofNullable(query.name()).ifPresent(request::setName);
    Optional.ofNullable(query.createdAfter())
        .ifPresent(time -> request.setCreatedAfter(time.toString()));
    Optional.ofNullable(query.idPrefix()).ifPresent(request::setIdPrefix);
    return request.build();
  }
}

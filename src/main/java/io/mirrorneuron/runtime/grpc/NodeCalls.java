package io.mirrorneuron.runtime.grpc;

import com.google.protobuf.ByteString;
import io.mirrorneuron.model.MnException;
import io.mirrorneuron.port.node.AgentChanges;
import io.mirrorneuron.port.node.PeerReads;
import io.mirrorneuron.proto.node.v1.FetchPart;
import io.mirrorneuron.proto.node.v1.FetchRequest;
import io.mirrorneuron.proto.node.v1.FileHead;
import io.mirrorneuron.proto.node.v1.NodeServiceGrpcService;
import io.mirrorneuron.proto.node.v1.PlayAnswer;
import io.mirrorneuron.proto.node.v1.PlayRequest;
import io.mirrorneuron.proto.node.v1.ReadAnswer;
import io.mirrorneuron.proto.node.v1.ReadRequest;
import io.mirrorneuron.proto.node.v1.RedefineAnswer;
import io.mirrorneuron.proto.node.v1.RedefineRequest;
import io.mirrorneuron.proto.node.v1.RetireAnswer;
import io.mirrorneuron.proto.node.v1.RetireRequest;
import io.mirrorneuron.untrusted.OpenFolder;
import io.mirrorneuron.untrusted.OpenFolder.OpenFile;
import io.mirrorneuron.untrusted.UntrustedFiles;
import io.mirrorneuron.wire.ByteRange;
import io.mirrorneuron.wire.FileDocument;
import io.mirrorneuron.wire.FileDocument.FileFacts;
import io.mirrorneuron.wire.FileRequest;
import io.vertx.core.MultiMap;
import io.vertx.grpc.server.Service;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Set;

/** Calls of other nodes: reads of this node, changes of its jobs, and membership. */
final class NodeCalls {
  private static final int PIECE = 64 << 10;

  private final PeerReads reads;
  private final AgentChanges changes;
  private final JoinCalls joining;

  /**
   * @param changes of this node's jobs only
   */
  NodeCalls(PeerReads reads, AgentChanges changes, JoinCalls joining) {
    this.reads = reads;
    this.changes = changes;
    this.joining = joining;
  }

  Service service(CallDispatcher endpoint) {
    return joining
        .bind(
            endpoint.service(
                NodeServiceGrpcService.SERVICE_NAME,
                NodeServiceGrpcService.SERVICE_DESCRIPTOR,
                NodeServiceGrpcService.all()))
        .unary(NodeServiceGrpcService.Read, this::read)
        .unary(NodeServiceGrpcService.Redefine, this::redefine)
        .unary(NodeServiceGrpcService.Play, this::play)
        .unary(NodeServiceGrpcService.Retire, this::retire)
        .stream(NodeServiceGrpcService.Fetch, this::fetch)
        .build();
  }

  private ReadAnswer read(ReadRequest request) {
    return ReadAnswer.newBuilder().setBody(ByteString.copyFrom(answer(request, false))).build();
  }

  private RedefineAnswer redefine(RedefineRequest request) {
    String status = changes.redefine(request.getJobId(), request.getOrderJson());
    return RedefineAnswer.newBuilder().setStatus(status).build();
  }

  private PlayAnswer play(PlayRequest request) {
    String status = changes.play(request.getJobId(), request.getRole());
    return PlayAnswer.newBuilder().setStatus(status).build();
  }

  private RetireAnswer retire(RetireRequest request) {
    Set<String> spared = Set.copyOf(request.getSparedList());
    String status = changes.retire(request.getJobId(), spared, request.getReason());
    return RetireAnswer.newBuilder().setStatus(status).build();
  }

  private byte[] answer(ReadRequest request, boolean isFile) {
    return reads.read(request.getArea(), request.getOperation(), request.getCallJson(), isFile);
  }

  private void fetch(FetchRequest request, StreamWriter<FetchPart> outlet) {
    FileDocument document = FileDocument.read(answer(request.getRead(), true));
    try {
      try (OpenFile file = UntrustedFiles.open(document.file(), document.folder())) {
        FileFacts facts = FileFacts.of(file.size(), file.modified(), file.identity(), document);
        outlet.send(List.of(FetchPart.newBuilder().setHead(head(facts)).build()));
        send(file.channel(), wish(request).body(facts), outlet);
        outlet.end(MultiMap.caseInsensitiveMultiMap());
      } finally {
        if (document.deleteAfter()) {
          try (OpenFolder folder = OpenFolder.at(document.file().getParent())) {
            folder.delete(document.file().getFileName().toString());
          }
        }
      }
    } catch (NoSuchFileException e) {
      throw MnException.notFound("file", document.file().getFileName().toString());
    } catch (IOException e) {
      throw MnException.unavailable("the file cannot be read: " + e.getMessage(), e);
    }
  }

  /** Backpressure: each piece waits until the reader has taken the previous one. */
  private static void send(FileChannel file, ByteRange part, StreamWriter<FetchPart> outlet)
      throws IOException {
    if (part == null) {
      return;
    }
    for (long sent = 0; sent < part.length() && outlet.isOpen(); ) {
      ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(PIECE, part.length() - sent));
      int read = file.read(bytes, part.from() + sent);
      if (read <= 0) {
        throw new EOFException("it has become shorter");
      }
      ByteString piece = ByteString.copyFrom(bytes.flip());
      outlet.send(List.of(FetchPart.newBuilder().setPiece(piece).build()));
      sent += read;
    }
  }

  private static FileHead head(FileFacts facts) {
    FileHead.Builder head =
        FileHead.newBuilder()
            .setSize(facts.size())
            .setModifiedMs(facts.modified().toEpochMilli())
            .setTag(facts.tag())
            .setContentType(facts.contentType());
    if (facts.fileName() != null) {
      head.setFileName(facts.fileName());
    }
    return head.build();
  }

  private static FileRequest wish(FetchRequest request) {
    return new FileRequest(
        request.hasRange() ? request.getRange() : null,
        request.hasIfRange() ? request.getIfRange() : null,
        request.hasIfNoneMatch() ? request.getIfNoneMatch() : null,
        request.hasIfModifiedSince() ? request.getIfModifiedSince() : null,
        request.getHead());
  }
}

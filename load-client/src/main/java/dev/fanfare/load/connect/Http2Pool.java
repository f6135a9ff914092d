package dev.fanfare.load.connect;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The HTTP/2 connections of one event loop that have room: each is filled before another is opened. That loop only. */
final class Http2Pool {
    private final ClientLoop loop;
    private final Dialer dialer;
    private final int streamsEach;
    private final int firstWindow;
    /** By target; oldest first. */
    private final List<Set<Http2Connection>> withRoom;

    Http2Pool(ClientLoop loop, Dialer dialer, ConnectPlan plan) {
        this.loop = loop;
        this.dialer = dialer;
        this.streamsEach = plan.streamsPerConnection();
        this.firstWindow = plan.slowShare() > 0 ? Http2Connection.SLOW_WINDOW : Http2Connection.STREAM_WINDOW;
        this.withRoom = Stream.<Set<Http2Connection>>generate(LinkedHashSet::new)
                .limit(plan.urls().size())
                .toList();
    }

    /** Begins a try of {@code subscriber} to get a stream. */
    Http2Stream open(Subscriber subscriber, long now) {
        Roster.Member member = subscriber.member();
        Set<Http2Connection> candidates = withRoom.get(member.target());
        Http2Connection connection =
                candidates.isEmpty() ? dial(member) : candidates.iterator().next();
        if (connection.takesMore() && connection.size() + 1 < streamsEach) {
            candidates.add(connection);
        } else {
            candidates.remove(connection);
        }
        return new Http2Stream(loop, subscriber, now, connection);
    }

    private Http2Connection dial(Roster.Member member) {
        Http2Connection connection = new Http2Connection(loop, this, member.target(), firstWindow);
        Dialer.Line line = new Dialer.Line(loop.target(member.target()), member.sourceBlock(), false, true, 0);
        dialer.dial(line, connection, cause -> connection.failed(FailureReason.of(cause)));
        return connection;
    }

    /** A connection may have room. */
    void offer(Http2Connection connection) {
        if (connection.takesMore() && connection.size() < streamsEach) {
            withRoom.get(connection.target()).add(connection);
        }
    }

    /** A connection is of no more use. */
    void remove(Http2Connection connection) {
        withRoom.get(connection.target()).remove(connection);
    }
}

namespace BillingCopilot.Agents.Models.Providers;

/// <summary>A response's body whose reads end when the answer is given up, also when its reader passes no token on.</summary>
internal static class StoppableContent
{
    public static async Task<HttpContent> OfAsync(HttpContent content, CancellationToken stop, CancellationToken cancellationToken)
    {
        if (!stop.CanBeCanceled)
        {
            return content;
        }

        var stoppable = new StreamContent(new StoppableStream(await content.ReadAsStreamAsync(cancellationToken), stop));
        foreach (var header in content.Headers)
        {
            stoppable.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }

        return stoppable;
    }

    private sealed class StoppableStream(Stream inner, CancellationToken stop) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
            return await inner.ReadAsync(buffer, either.Token);
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override void Flush()
        {
            // Nothing is written.
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

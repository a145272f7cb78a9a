using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace BillingCopilot.Unit.SandboxTests;

/// <summary>A webhook receiver that refuses the first few deliveries.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly Channel<(string Body, string Signature)> _received = Channel.CreateUnbounded<(string, string)>();
    private readonly SemaphoreSlim _refused = new(0);
    private readonly WebApplication _app;
    private int _refusals;

    private Receiver(int refusals)
    {
        _refusals = refusals;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public string Url => _app.Urls.First();

    public static async Task<Receiver> StartAsync(int refusals = 0)
    {
        var receiver = new Receiver(refusals);
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask<(string Body, string Signature)> NextAsync(CancellationToken token) => _received.Reader.ReadAsync(token);

    public Task RefusedAsync(CancellationToken token) => _refused.WaitAsync(token);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (Interlocked.Decrement(ref _refusals) >= 0)
        {
            context.Response.StatusCode = 500;
            _refused.Release();
            return;
        }

        await _received.Writer.WriteAsync((body, context.Request.Headers["Stripe-Signature"].ToString()));
    }
}

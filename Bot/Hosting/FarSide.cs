using System.Net.Http.Headers;
using System.Text.Json;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Sandbox;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Bot.Hosting;

/// <summary>
/// What the copilot works against: Stripe by the configured keys, or, with no key at all, a sandbox that is
/// started here or already runs.
/// </summary>
public sealed class FarSide : IAsyncDisposable
{
    private readonly SandboxServer? _started;

    private FarSide(SandboxServer? started, World? world)
    {
        (_started, World) = (started, world);
    }

    /// <summary>The sandbox's world as generated; null when the far side is Stripe.</summary>
    public World? World { get; }

    /// <summary>
    /// Fills in the Stripe settings when no key is configured. With <paramref name="keep"/> the sandbox journals to
    /// its folder and other commands can join it; without, it lives in memory and ends with this process.
    /// </summary>
    public static async Task<FarSide> ConnectAsync(CopilotSettings settings, bool keep, TimeProvider time, CancellationToken cancellationToken)
    {
        if (settings.Stripe.ReadKey is not null)
        {
            await FillAccountAsync(settings.Stripe, cancellationToken);
            return new FarSide(null, null);
        }

        var sandbox = settings.Sandbox;
        var link = new SandboxLink(sandbox.Data);
        var running = sandbox.Url is { } given ? new Uri(given) : keep ? await link.FindRunningAsync(cancellationToken) : null;
        var started = running is null ? await StartAsync(sandbox, keep, time, cancellationToken) : null;
        if (started is not null && keep)
        {
            link.Announce(started.BaseAddress);
        }

        settings.Stripe.ApiBase = (running ?? started!.BaseAddress).ToString().TrimEnd('/');
        settings.Stripe.ReadKey = SandboxKeys.Read;
        settings.Stripe.WriteKey = SandboxKeys.Write;
        await FillAccountAsync(settings.Stripe, cancellationToken);
        return new FarSide(started, started?.World ?? WorldCatalog.Build(sandbox.World, sandbox.Seed, sandbox.Size, sandbox.Cache ?? Path.Combine(sandbox.Data, "worlds")));
    }

    public ValueTask DisposeAsync() => _started?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Reads the account id that the read key belongs to, unless it is configured.</summary>
    internal static async Task FillAccountAsync(StripeSettings stripe, CancellationToken cancellationToken)
    {
        if (stripe.Account is not null)
        {
            return;
        }

        try
        {
            using var http = new HttpClient { BaseAddress = new Uri(stripe.ApiBase), Timeout = TimeSpan.FromSeconds(20) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", stripe.ReadKey);
            using var answer = await http.GetAsync("/v1/account", cancellationToken);
            using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            stripe.Account = answer.IsSuccessStatusCode
                ? body.RootElement.GetProperty("id").GetString()
                : throw new SettingsException($"Stripe refused Stripe:ReadKey at GET /v1/account ({(int)answer.StatusCode}, request {Header(answer)}). Set Stripe:Account to the account id, or give the key access.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            throw new SettingsException($"Stripe:ApiBase {stripe.ApiBase} does not answer ({e.Message}). Check the address and the network.");
        }
    }

    private static string Header(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Request-Id", out var ids) ? ids.First() : "unknown";

    private static async Task<SandboxServer> StartAsync(SandboxSettings sandbox, bool keep, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            return await SandboxServer.StartAsync(
                new SandboxOptions
                {
                    World = sandbox.World,
                    Seed = sandbox.Seed,
                    Size = sandbox.Size,
                    Port = sandbox.Port,
                    DataDirectory = keep ? sandbox.Data : null,
                    CacheDirectory = sandbox.Cache,
                },
                time,
                cancellationToken);
        }
        catch (Exception e) when (e is SandboxStartException or ArgumentException)
        {
            throw new SettingsException($"The sandbox can't start: {e.Message}");
        }
    }
}

/// <summary>How commands find a sandbox that another process of this folder serves.</summary>
internal sealed class SandboxLink(string directory)
{
    private string File => Path.Combine(directory, "address");

    public void Announce(Uri address)
    {
        Directory.CreateDirectory(directory);
        System.IO.File.WriteAllText(File, address.ToString());
    }

    public async Task<Uri?> FindRunningAsync(CancellationToken cancellationToken)
    {
        if (!System.IO.File.Exists(File) || !Uri.TryCreate(await System.IO.File.ReadAllTextAsync(File, cancellationToken), UriKind.Absolute, out var address))
        {
            return null;
        }

        try
        {
            using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(2) };
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SandboxKeys.Read);
            using var answer = await http.GetAsync("/v1/account", cancellationToken);
            return answer.IsSuccessStatusCode ? address : null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}

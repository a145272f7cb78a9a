using System.Net;
using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Control;
using BillingCopilot.Sandbox.Endpoints;
using BillingCopilot.Sandbox.Events;
using BillingCopilot.Sandbox.Faults;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Journal;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Time;
using BillingCopilot.Sandbox.Worlds;

namespace BillingCopilot.Sandbox;

/// <summary>A Stripe-compatible API over a generated world, on loopback, in this process.</summary>
public sealed class SandboxServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly WebhookDispatcher _webhooks;
    private readonly JournalFile? _journal;
    private readonly ITimer _passing;

    private SandboxServer(WebApplication app, World world, WebhookDispatcher webhooks, JournalFile? journal, ITimer passing)
    {
        (_app, World, _webhooks, _journal, _passing) = (app, world, webhooks, journal, passing);
        BaseAddress = new Uri(app.Urls.First());
    }

    /// <summary>Where the API listens, such as <c>http://127.0.0.1:12111/</c>.</summary>
    public Uri BaseAddress { get; }

    /// <summary>The generated business behind the API, as it is now.</summary>
    public World World { get; }

    /// <summary>Generates the world, replays the journal if there is one, and listens.</summary>
    /// <param name="options">World, port and data directory.</param>
    /// <param name="clock">Process time; world time runs with it, plus an offset.</param>
    /// <param name="cancellationToken">Cancels the start, not the running server.</param>
    /// <exception cref="SandboxStartException">The journal is another world's, or the port is taken.</exception>
    public static Task<SandboxServer> StartAsync(SandboxOptions options, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        // The server is put together while the world is made.
        var parts = Task.Run(() => new Parts(options), cancellationToken);
        return StartAsync(WorldSource.Create(options), options, parts, clock, cancellationToken);
    }

    /// <summary>Starts over a world made by the caller, which must be a pure function of the options.</summary>
    public static Task<SandboxServer> StartAsync(World world, SandboxOptions options, TimeProvider clock, CancellationToken cancellationToken = default) =>
        StartAsync(world, options, Task.FromResult(new Parts(options)), clock, cancellationToken);

    private static async Task<SandboxServer> StartAsync(
        World world, SandboxOptions options, Task<Parts> prepared, TimeProvider clock, CancellationToken cancellationToken)
    {
        var state = new SandboxState(world, clock);
        state.Clock.Set(world.Now);
        var journal = options.DataDirectory is null ? null : Open(options, state);
        var webhooks = new WebhookDispatcher(state, journal, options, clock);
        try
        {
            var committer = new Committer(state, journal, webhooks);
            state.Due.Load(state.Account);
            var engine = new TimeEngine(state, committer);
            var (app, router) = await prepared;
            app.Run(Pipeline(state, options, router, clock, webhooks, committer, engine).HandleAsync);
            await app.StartAsync(cancellationToken);
            lock (state.Gate)
            {
                webhooks.Resume();
            }

            _ = Task.Run(world.Told.Keep, CancellationToken.None);
            return new SandboxServer(app, world, webhooks, journal, PassTime(state, engine, clock));
        }
        catch (Exception error)
        {
            await webhooks.DisposeAsync();
            journal?.Dispose();
            throw error is IOException
                ? new SandboxStartException($"Cannot listen on 127.0.0.1:{options.Port}: {error.Message} Choose another port.", error)
                : error;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _passing.DisposeAsync();
        await _app.DisposeAsync();
        await _webhooks.DisposeAsync();
        _journal?.Dispose();
        World.Account.Close();
    }

    /// <summary>Completes when the server was told to stop.</summary>
    internal Task WaitForShutdownAsync() => _app.WaitForShutdownAsync();

    private static JournalFile Open(SandboxOptions options, SandboxState state)
    {
        var header = new JsonObject
        {
            ["format"] = 1,
            ["world"] = options.World,
            ["seed"] = options.Seed,
            ["size"] = options.Size,
            ["generator"] = WorldSource.GeneratorVersion,
        };
        var fresh = true;
        var journal = JournalFile.Open(options.DataDirectory!, header, entry =>
        {
            fresh = false;
            state.Apply(entry);
        });
        if (fresh)
        {
            // The offset of the first start is what keeps world time running through restarts.
            journal.Append(new JsonObject { ["clock"] = state.Clock.Save() });
        }

        return journal;
    }

    // Requests catch up by themselves; the timer is for events that nobody asks about.
    private static ITimer PassTime(SandboxState state, TimeEngine engine, TimeProvider clock) => clock.CreateTimer(
        _ =>
        {
            lock (state.Gate)
            {
                try
                {
                    engine.CatchUp();
                }
                catch (InvalidOperationException)
                {
                    // The step was taken back; the next request meets the same fault and answers with it.
                }
            }
        },
        null,
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(1));

    private static WebApplication Build(SandboxOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, options.Port);
        });
        return builder.Build();
    }

    private static RequestPipeline Pipeline(
        SandboxState state, SandboxOptions options, Router router, TimeProvider clock, WebhookDispatcher webhooks, Committer committer, TimeEngine engine)
    {
        var faults = new FaultPlan();
        var authentication = new Authentication([.. SandboxKeys.Defaults, .. options.ExtraKeys]);
        var limits = new RateLimits(clock);
        var executor = new ApiExecutor(state, router, authentication, limits, committer);
        var control = new ControlApi(state, faults, limits, webhooks, committer, engine, router, options);
        return new RequestPipeline(state, engine, executor, control, faults, new Refusals(limits, state.Account.AccountId), clock);
    }

    /// <summary>What does not depend on the world.</summary>
    private sealed class Parts(SandboxOptions options)
    {
        private readonly WebApplication _app = Build(options);
        private readonly Router _router = Routes();

        public void Deconstruct(out WebApplication app, out Router router) => (app, router) = (_app, _router);

        private static Router Routes()
        {
            var router = new Router();
            AllEndpoints.Map(router);
            return router;
        }
    }
}

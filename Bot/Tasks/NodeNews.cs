using System.Threading.Channels;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.Settings;
using BillingCopilot.Storage;

namespace BillingCopilot.Bot.Tasks;

/// <summary>
/// Tells other nodes what changed here, and open pages what changed there: by LISTEN/NOTIFY of PostgreSQL, and, while
/// that connection is away, by looking at every poll. With SQLite there is one node, and nothing to tell.
/// </summary>
public sealed partial class NodeNews : BackgroundService
{
    /// <summary>Raised with the id of a chat task whose stream has more to read.</summary>
    public event Action<string>? OnStream;

    private const string Proposals = "proposals";
    private const string Stream = "stream:";
    private static readonly AsyncLocal<bool> Hearing = new();
    private readonly Channel<string> _told = Channel.CreateBounded<string>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly CopilotDbFactory _databases;
    private readonly TenantList _tenants;
    private readonly ProposalFeed _feed;
    private readonly NodeName _node;
    private readonly TaskSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<NodeNews> _log;

    public NodeNews(CopilotDbFactory databases, TenantList tenants, ProposalFeed feed, NodeName node, TaskSettings settings, TimeProvider time, ILogger<NodeNews> log)
    {
        (_databases, _tenants, _feed, _node, _settings, _time, _log) = (databases, tenants, feed, node, settings, time, log);
        feed.OnChanged += () => Tell(Proposals);
    }

    /// <summary>A chat task's stream has more to read.</summary>
    public void StreamGrew(string taskId)
    {
        OnStream?.Invoke(taskId);
        Tell(Stream + taskId);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        _databases.HasSeveralNodes ? Task.WhenAll(TellAsync(stoppingToken), HearAsync(stoppingToken)) : Task.CompletedTask;

    private void Tell(string what)
    {
        if (_databases.HasSeveralNodes && !Hearing.Value)
        {
            _told.Writer.TryWrite(what);
        }
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        await foreach (var what in _told.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                await using var db = _databases.Open(_tenants.Default.Context);
                await db.TellAsync($"{_node.Value} {what}", stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // They look for themselves at their next poll.
                Away(_log, e);
            }
        }
    }

    private async Task HearAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _databases.ListenAsync(Heard, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                Away(_log, e);
                await Task.Delay(TimeSpan.FromSeconds(_settings.PollSeconds), _time, stoppingToken);
                Raise(Proposals);
            }
        }
    }

    private void Heard(string message)
    {
        if (message.Split(' ', 2) is [var node, var what] && node != _node.Value)
        {
            Raise(what);
        }
    }

    private void Raise(string what)
    {
        Hearing.Value = true;
        if (what == Proposals)
        {
            _feed.Changed();
        }
        else if (what.StartsWith(Stream, StringComparison.Ordinal))
        {
            OnStream?.Invoke(what[Stream.Length..]);
        }

        Hearing.Value = false;
    }

    [LoggerMessage(1, LogLevel.Warning, "Other nodes can't be told or heard now; each looks for itself")]
    private static partial void Away(ILogger log, Exception e);
}

using BillingCopilot.Billing;
using BillingCopilot.Bot.Hosting;
using BillingCopilot.Bot.WebConsole.Proposals;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Proposals;
using Microsoft.AspNetCore.Components;

namespace BillingCopilot.Bot.WebConsole.Tickets;

/// <summary>The open tickets of the queues that the person reads, a page at a time.</summary>
public sealed partial class QueuesPane
{
    private readonly CancellationTokenSource _closed = new();
    private readonly Stack<int> _before = new();
    private IReadOnlyList<string> _queues = [];
    private string? _queue;
    private QueuePage? _page;
    private string? _fault;
    private int _skip;

    [Parameter]
    [EditorRequired]
    public required ConsoleUser User { get; set; }

    [Parameter]
    public EventCallback<string> OnShowProposal { get; set; }

    [Inject]
    private TimeProvider Time { get; set; } = null!;

    public void Dispose()
    {
        Backend.ProposalsChanged -= OnChanged;
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        Backend.ProposalsChanged += OnChanged;
        _queues = Backend.QueuesOf(User);
        _queue = _queues.Count > 0 ? _queues[0] : null;
        await LoadAsync();
    }

    private static string NoteLabel(WaitingTicket ticket) =>
        ProposalWords.Label(Enum.GetValues<ProposalStatus>().Single(s => WireName.Of(s) == ticket.Note));

    private Task ChooseAsync(string queue)
    {
        (_queue, _skip) = (queue, 0);
        _before.Clear();
        return LoadAsync();
    }

    private Task TurnAsync(int way)
    {
        if (way > 0)
        {
            _before.Push(_skip);
            _skip += _page?.Tickets.Count ?? 0;
        }
        else
        {
            _skip = _before.TryPop(out var earlier) ? earlier : 0;
        }

        return LoadAsync();
    }

    private void OnChanged() => _ = InvokeAsync(LoadAsync);

    private async Task LoadAsync()
    {
        if (_queue is not { } queue)
        {
            return;
        }

        try
        {
            var skip = _skip;
            var outcome = await Backend.ListTicketsAsync(User, queue, skip, _closed.Token);
            if ((queue, skip) != (_queue, _skip))
            {
                // Another queue or page was asked for meanwhile.
                return;
            }

            _page = outcome.TryGet(out var page, out var refusal) ? page : null;
            _fault = refusal?.Message;
        }
        catch (Exception) when (_closed.IsCancellationRequested)
        {
            return;
        }
#pragma warning disable CA1031 // The page stays usable, and says that the list is old.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(Log, fault);
            _fault = "The tickets could not be read; what is shown may be old.";
        }

        StateHasChanged();
    }

    [LoggerMessage(6003, LogLevel.Error, "The tickets of a queue could not be read")]
    private static partial void LogFault(ILogger logger, Exception fault);
}

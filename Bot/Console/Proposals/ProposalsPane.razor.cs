using BillingCopilot.Governance.Proposals;
using Microsoft.AspNetCore.Components;

namespace BillingCopilot.Bot.WebConsole.Proposals;

public sealed partial class ProposalsPane
{
    private readonly CancellationTokenSource _closed = new();
    private IReadOnlyList<ProposalView> _all = [];
    private ProposalFilter _filter = ProposalFilter.Open;
    private string? _asked;
    private string? _shown;
    private string _settling = "";
    private bool _loaded;
    private bool _fault;
    private int _wanted;

    [Parameter]
    [EditorRequired]
    public required ConsoleUser User { get; set; }

    /// <summary>A proposal to bring into view.</summary>
    [Parameter]
    public string? Shown { get; set; }

    /// <summary>Told how many wait for a decision.</summary>
    [Parameter]
    public EventCallback<int> OnWaiting { get; set; }

    private List<ProposalView> Listed => [.. _all.Where(p => _filter.Shows(p.Status) || p.Id == _shown)];

    public void Dispose()
    {
        Backend.ProposalsChanged -= OnChanged;
        _closed.Cancel();
        _closed.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
        {
            Backend.ProposalsChanged += OnChanged;
            _ = RefreshTimesAsync(_closed.Token);
        }

        await LoadAsync();
    }

    protected override void OnParametersSet()
    {
        if (Shown != _asked)
        {
            _asked = _shown = Shown;
        }
    }

    private void Choose(ProposalFilter filter)
    {
        _filter = filter;
        _shown = null;
    }

    private void OnChanged() => _ = InvokeAsync(LoadAsync);

    // Changes that arrive during a read are covered by one more read at its end.
    private async Task LoadAsync()
    {
        if (_wanted++ > 0)
        {
            return;
        }

        try
        {
            int covered;
            do
            {
                covered = _wanted;
                Show(await Backend.ListProposalsAsync(User, _closed.Token));
            }
            while (_wanted > covered);
            _fault = false;
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
            _fault = true;
        }
        finally
        {
            _wanted = 0;
        }

        StateHasChanged();
        await OnWaiting.InvokeAsync(_all.Count(p => p.Status == ProposalStatus.Pending));
    }

    // When cards move, clicks are ignored for a moment: one aimed at the card that was here must not approve another.
    private void Show(IReadOnlyList<ProposalView> proposals)
    {
        var before = Listed.Select(p => p.Id).ToList();
        _all = proposals;
        if (_loaded && !before.SequenceEqual(Listed.Select(p => p.Id)))
        {
            _settling = _settling == "bc-settling-a" ? "bc-settling-b" : "bc-settling-a";
        }

        _loaded = true;
    }

    // Stays in the list until another filter is chosen, so that the result can be read where the button was.
    private Task Replace(ProposalView decided)
    {
        _shown = decided.Id;
        Show([.. _all.Select(p => p.Id == decided.Id ? decided : p)]);
        return OnWaiting.InvokeAsync(_all.Count(p => p.Status == ProposalStatus.Pending));
    }

    private async Task RefreshTimesAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(30), Time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await InvokeAsync(StateHasChanged);
            }
        }
        catch (OperationCanceledException)
        {
            // The page was closed.
        }
    }

    [LoggerMessage(6002, LogLevel.Error, "The list of proposals could not be read")]
    private static partial void LogFault(ILogger logger, Exception fault);
}

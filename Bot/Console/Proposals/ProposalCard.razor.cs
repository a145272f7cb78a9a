using BillingCopilot.Billing;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Proposals;
using Microsoft.AspNetCore.Components;

namespace BillingCopilot.Bot.WebConsole.Proposals;

public sealed partial class ProposalCard
{
    private Refusal? _refusal;
    private string _reason = "";
    private bool _rejecting;
    private bool _busy;
    private bool _focus;
    private ElementReference _reasonField;

    [Parameter]
    [EditorRequired]
    public required ProposalView Proposal { get; set; }

    [Parameter]
    [EditorRequired]
    public required ConsoleUser User { get; set; }

    /// <summary>Business time of this rendering.</summary>
    [Parameter]
    public DateTimeOffset Now { get; set; }

    /// <summary>True when the reader asked for this card.</summary>
    [Parameter]
    public bool Shown { get; set; }

    /// <summary>Gets the proposal as it stands after a decision.</summary>
    [Parameter]
    public EventCallback<ProposalView> OnDecided { get; set; }

    private DecisionStanding Standing { get; set; } = new(MayApprove: false, MayReject: false, null, 1);

    // Time may run out before the server gets round to saying so.
    private ProposalStatus Status => Proposal.Status == ProposalStatus.Pending && Proposal.ExpiresAt <= Now ? ProposalStatus.Expired : Proposal.Status;

    private bool Settled => !ProposalFilter.Open.Shows(Status);

    private string Title => PlainText.Line(Proposal.Title);

    private IReadOnlyList<Person>? People => Backend.InfoFor(User).People;

    private string ReasonField => $"reason-{Proposal.Id}";

    protected override void OnParametersSet() => Standing = Backend.StandingOf(User, Proposal);

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (_focus)
        {
            _focus = false;
            await _reasonField.FocusAsync();
        }
    }

    private void AskReason() => _rejecting = _focus = true;

    private async Task DecideAsync(bool approve)
    {
        if (_busy)
        {
            return;
        }

        _busy = true;
        _refusal = null;
        try
        {
            // No cancellation: a decision, once taken, is carried through even when the page is closed.
            switch (await Backend.DecideAsync(User, Proposal.Id, Proposal.Hash, approve, approve ? null : _reason.Trim(), CancellationToken.None))
            {
                case Outcome<ProposalView>.Ok ok:
                    _rejecting = false;
                    await OnDecided.InvokeAsync(ok.Value);
                    break;
                case Outcome<ProposalView>.Refused refused:
                    _refusal = refused.Refusal;
                    break;
            }
        }
#pragma warning disable CA1031 // The person must learn that the outcome is not known.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            LogFault(Log, fault, Proposal.Id);
            _refusal = new Refusal("internal_error", "It is not known whether the decision was recorded.", "Reload the page and look at the proposal's status.");
        }
        finally
        {
            _busy = false;
        }
    }

    [LoggerMessage(6003, LogLevel.Error, "Deciding proposal {Proposal} broke off")]
    private static partial void LogFault(ILogger logger, Exception fault, string proposal);
}

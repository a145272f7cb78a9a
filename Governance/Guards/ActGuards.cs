using BillingCopilot.Billing;
using BillingCopilot.Governance.People;
using BillingCopilot.Governance.Policy;

namespace BillingCopilot.Governance.Guards;

/// <summary>What people do besides deciding on one proposal.</summary>
internal enum Act
{
    OpenBatch,
    RemoveRows,
    SignBatch,
    Settle,
    SignStanding,
    RevokeStanding,
    Stop,
    Release,
}

/// <summary>What a person is about to do, as it is judged.</summary>
/// <param name="Policy">Of the operation that it is about; null for none or all.</param>
internal sealed record ActCase(Act Act, Person Person, OperationPolicy? Policy = null)
{
    /// <summary>Who signed what is to be revoked.</summary>
    public string? Signer { get; init; }

    /// <summary>Hash of the list that the person saw, and of the list as it stands with its rows.</summary>
    public (string Seen, string Now)? List { get; init; }
}

/// <summary>Who may do what besides deciding: lists under one signature, settling, standing approvals, the kill switch.</summary>
internal sealed class ActGuards(PeopleDirectory people)
{
    // Whoever may approve something may stop it; only an admin lets it go on.
    private static readonly string[] MayStop = [Roles.Operations, Roles.Finance, Roles.Admin];
    private static readonly string[] MayRelease = [Roles.Admin];

    public Refusal? MayNotSignLists(ActCase about) => about.Act is Act.OpenBatch or Act.RemoveRows or Act.SignBatch && !Approves(about)
        ? NotAllowed(about, $"decide on {about.Policy!.Operation}", about.Policy.Approve)
        : null;

    public static Refusal? OneByOne(ActCase about) => about is { Act: Act.OpenBatch, Policy: { BatchRows: 0 } policy }
        ? new Refusal("batch_not_allowed", $"The policy lets {policy.Operation} be decided one by one only.", "An admin can set batch_rows in policy.yaml.")
        : null;

    public static Refusal? ListNotAsShown(ActCase about) => about is { Act: Act.SignBatch, List: var (seen, now) } && seen != now
        ? new Refusal("hash_mismatch", "This is not the list that was shown.", "Look at it again before signing.")
        : null;

    public Refusal? MayNotSettle(ActCase about) => about.Act == Act.Settle && !Approves(about)
        ? NotAllowed(about, $"settle {about.Policy!.Operation}", about.Policy.Approve)
        : null;

    public Refusal? MayNotSignStanding(ActCase about) => about.Act == Act.SignStanding && !Approves(about)
        ? NotAllowed(about, $"approve {about.Policy!.Operation}", about.Policy.Approve)
        : null;

    public Refusal? MayNotRevoke(ActCase about) => about.Act == Act.RevokeStanding && (Known(about) is not { } known || (known.Id != about.Signer && !known.Roles.Contains(Roles.Admin)))
        ? new Refusal("not_allowed", $"{about.Person.Name} may not revoke it.", $"{about.Signer} and admins may.")
        : null;

    public Refusal? MayNotStop(ActCase about) => about.Act == Act.Stop && !Has(about, MayStop) ? NotAllowed(about, "stop it", MayStop) : null;

    public Refusal? MayNotRelease(ActCase about) => about.Act == Act.Release && !Has(about, MayRelease) ? NotAllowed(about, "release it", MayRelease) : null;

    private Person? Known(ActCase about) => people.Find(about.Person.Id);

    private bool Approves(ActCase about) => Known(about) is { } known && about.Policy!.ApproverRole(known) is not null;

    private bool Has(ActCase about, string[] roles) => Known(about) is { } known && known.Roles.Any(roles.Contains);

    private static Refusal NotAllowed(ActCase about, string what, IEnumerable<string> roles) =>
        new("not_allowed", $"{about.Person.Name} may not {what}.", $"These roles may: {string.Join(", ", roles)}.");
}

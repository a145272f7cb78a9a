using System.Globalization;
using System.Text.Json.Nodes;
using BillingCopilot.Governance.Arguments;
using BillingCopilot.Governance.Canonical;
using BillingCopilot.Governance.Operations;
using BillingCopilot.Storage.Rows;

namespace BillingCopilot.Governance.Proposals;

/// <summary>The three fingerprints of a proposal.</summary>
public static class ProposalHash
{
    /// <summary>
    /// What an approval is bound to: tenant, account, mode, operation, arguments, the state they were shown
    /// against, everything the card shows of them, who asked, the policy and the expiry. One of them differs, and the approval is worth nothing.
    /// </summary>
    public static string Of(string account, ProposalRow row) => CanonicalJson.Hash(With("not_before", row.NotBefore?.ToUnixTimeMilliseconds(), new JsonObject
    {
        ["tenant"] = row.TenantId,
        ["account"] = account,
        ["livemode"] = row.Livemode,
        ["operation"] = row.Operation,
        ["arguments"] = row.Arguments,
        ["digest"] = row.Digest,
        ["title"] = row.Title,
        ["customer"] = row.CustomerId,
        ["customer_name"] = row.CustomerName,
        ["target_kind"] = row.TargetKind,
        ["target"] = row.TargetId,
        ["amount"] = row.AmountMinor?.ToString(CultureInfo.InvariantCulture),
        ["currency"] = row.Currency,
        ["changes"] = row.Changes,
        ["reversibility"] = row.Reversibility,
        ["risk"] = row.Risk,
        ["requested_by"] = row.RequestedBy,
        ["policy"] = row.PolicyVersion,
        ["expires"] = row.ExpiresAt.ToUnixTimeMilliseconds(),
    }));

    /// <summary>Fingerprint of the declared fields.</summary>
    public static string Digest(IReadOnlyDictionary<string, string> declared) => CanonicalJson.Hash(ToJson(declared));

    /// <summary>What a re-run of a task's step finds its earlier proposal by.</summary>
    internal static string Key(ProposeRequest request, JsonObject canonical)
    {
        var key = new JsonObject
        {
            ["task"] = request.TaskId,
            ["step"] = request.Step.ToString(CultureInfo.InvariantCulture),
            ["operation"] = request.Operation,
            ["arguments"] = CanonicalJson.Write(canonical),
        };
        if (request.Replaces is { } replaced)
        {
            key["replaces"] = replaced;
        }

        if (request.Undoes is { } undone)
        {
            key["undoes"] = undone;
            key["ended_undoings"] = request.EndedUndoings.ToString(CultureInfo.InvariantCulture);
        }

        if (request.NotBeforeTheirs is { } theirs)
        {
            key["not_before_theirs"] = theirs;
        }

        return CanonicalJson.Hash(With("not_before", request.NotBefore?.ToUnixTimeMilliseconds(), key));
    }

    /// <summary>Equal for the same operation with the same arguments, whoever asks and whenever: the moments that code pins are left out.</summary>
    internal static string Fingerprint(OperationDescriptor operation, JsonObject arguments) =>
        CanonicalJson.Hash(new JsonObject { ["operation"] = operation.Name, ["arguments"] = CanonicalJson.Write(ArgumentShape.Of(operation.ArgumentsType).Timeless(arguments)) });

    /// <summary>What a repeated idempotency key must come with again.</summary>
    internal static string Parameters(ProposalRow row) =>
        CanonicalJson.Hash(new JsonObject { ["operation"] = row.Operation, ["arguments"] = row.Arguments });

    // Left out when there is none, so that what has none hashes as it always did.
    private static JsonObject With(string name, long? value, JsonObject json)
    {
        if (value is { } given)
        {
            json[name] = given;
        }

        return json;
    }

    internal static JsonObject ToJson(IReadOnlyDictionary<string, string> declared) =>
        new(declared.Select(d => KeyValuePair.Create(d.Key, (JsonNode?)JsonValue.Create(d.Value))));
}

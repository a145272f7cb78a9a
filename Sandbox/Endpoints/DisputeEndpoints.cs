using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

internal static class DisputeEndpoints
{
    private const string Kind = "dispute";
    private const int MaxEvidence = 150_000;
    private const int MaxText = 20_000;
    private const string Transaction =
        "charge customer_account_id customer_device_fingerprint customer_device_id customer_email_address customer_purchase_ip "
        + "merchandise_or_services product_description shipping_address:o{city country line1 line2 postal_code state}";

    private static readonly string EvidenceFields =
        string.Join(' ', DisputeObject.EvidenceTexts.Concat(DisputeObject.EvidenceFiles))
        + " enhanced_evidence:o{visa_compelling_evidence_3:o{disputed_transaction:o{" + Transaction + "} prior_undisputed_transactions:l{" + Transaction + "}} "
        + "visa_compliance:o{fee_acknowledged:b} mastercard_compliance:o{fee_acknowledged:b}}";

    public static void Map(Routes routes)
    {
        routes.List("/v1/disputes", Kind, "dispute_read", "charge payment_intent");
        routes.One("/v1/disputes/{id}", Kind, "dispute_read", "dispute");
        routes.Post("/v1/disputes/{id}", "dispute_write", "dispute.updated", "evidence:o{" + EvidenceFields + "} metadata:m submit:b intended_submission_method", Update);
        routes.Post("/v1/disputes/{id}/close", "dispute_write", "dispute.closed", "", Close);
    }

    private static JsonObject Update(Call call)
    {
        var dispute = call.Edit(Kind, param: "dispute");
        Metadata.Merge(dispute, call.Args);
        call.Args.CopyTexts(dispute, "intended_submission_method");
        if (call.Args.Object("evidence") is { } evidence)
        {
            RequireOpen(dispute);
            Take(call, dispute, evidence);
        }

        var submit = call.Args.Bool("submit") ?? call.Args.Has("evidence");
        if (submit && (call.Args.Has("evidence") || call.Args.Has("submit")))
        {
            RequireOpen(dispute);
            Disputing.Submit(call.Unit, dispute);
        }

        call.Unit.Raise("charge.dispute.updated", dispute.Id());
        return dispute;
    }

    private static void Take(Call call, JsonObject dispute, Args sent)
    {
        var evidence = dispute["evidence"]!.AsObject();
        sent.CopyTexts(evidence, [.. DisputeObject.EvidenceTexts]);
        foreach (var name in DisputeObject.EvidenceFiles.Where(sent.Has))
        {
            evidence[name] = sent.Text(name) is not { } file || IsEvidence(call.Unit.Find(file))
                ? sent.Text(name)
                : throw ApiError.NotFound("file upload", file, $"evidence[{name}]", 400);
        }

        if (DisputeObject.EvidenceTexts.FirstOrDefault(name => evidence.Text(name)?.Length > MaxText) is { } tooLong)
        {
            throw ApiError.Invalid($"Invalid string: must be at most {MaxText} characters.", $"evidence[{tooLong}]");
        }

        foreach (var (name, value) in sent.Map("enhanced_evidence") ?? [])
        {
            evidence["enhanced_evidence"]![name] = value!.DeepClone();
        }

        if (evidence.Sum(p => p.Value?.ToString().Length ?? 0) > MaxEvidence)
        {
            throw ApiError.Invalid("The combined length of the text evidence may not exceed 150,000 characters.", "evidence");
        }

        var details = dispute["evidence_details"]!.AsObject();
        details["has_evidence"] = evidence.Any(p => p.Value is not null and not JsonObject { Count: 0 });
        if (details["enhanced_eligibility"]!.AsObject().ContainsKey("visa_compelling_evidence_3"))
        {
            details["enhanced_eligibility"]!["visa_compelling_evidence_3"] =
                CompellingEvidence.Status(evidence.At("enhanced_evidence.visa_compelling_evidence_3") as JsonObject ?? []);
        }
    }

    private static bool IsEvidence(JsonObject? file) => file?.Text("object") == "file" && file.Text("purpose") == "dispute_evidence";

    private static JsonObject Close(Call call)
    {
        var dispute = call.Edit(Kind, param: "dispute");
        RequireOpen(dispute);
        Disputing.Decide(call.Unit, dispute, won: false);
        return dispute;
    }

    private static void RequireOpen(JsonObject dispute)
    {
        if (!Disputing.AwaitsEvidence(dispute))
        {
            throw ApiError.Invalid($"This dispute can no longer be changed: it has a status of {dispute.Text("status")}.", null, "dispute_not_open");
        }
    }
}

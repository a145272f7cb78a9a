using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.Http;
using BillingCopilot.Sandbox.Objects;

namespace BillingCopilot.Sandbox.Endpoints;

/// <summary>Uploads. They come as multipart; <see cref="MultipartBody"/> has made parameters of them.</summary>
internal static class FileEndpoints
{
    private const string Kind = "file";

    // https://docs.stripe.com/file-upload
    private const int MostEvidence = 5_000_000;
    private const int MostOther = 16_000_000;

    private const string Purposes =
        "account_requirement|additional_verification|business_icon|business_logo|customer_signature|dispute_evidence|identity_document|"
        + "issuing_regulatory_reporting|pci_document|platform_terms_of_service|tax_document_user_upload|terminal_android_apk|terminal_reader_splashscreen";

    private static readonly string[] Evidence = ["application/pdf", "image/jpeg", "image/png"];

    public static void Map(Routes routes)
    {
        routes.List("/v1/files", Kind, "file_read", $"purpose({Purposes})");
        routes.One("/v1/files/{id}", Kind, "file_read", "file");
        routes.Post("/v1/files", "file_write", "file.created", $"file*:o{{filename type data}} purpose*({Purposes})", Create);
    }

    private static JsonObject Create(Call call)
    {
        var sent = call.Args.Object("file")!;
        var (name, type, content) = (sent.Required("filename"), sent.Text("type") ?? "application/octet-stream", sent.Text("data") ?? "");
        var purpose = call.Args.Required("purpose");
        var size = Size(content);
        if (size == 0)
        {
            throw ApiError.Invalid("The file is empty.", "file");
        }

        if (purpose == "dispute_evidence" && !Evidence.Contains(type))
        {
            throw ApiError.Invalid($"Files with purpose 'dispute_evidence' must be a PDF, JPEG or PNG, not {type}.", "file");
        }

        if (size > (purpose == "dispute_evidence" ? MostEvidence : MostOther))
        {
            throw ApiError.Invalid("The file is too large for its purpose.", "file");
        }

        return call.Unit.Put(FileObject.Create(call.Unit.NewId(Kind), call.Now, purpose, name, type, content, size));
    }

    private static int Size(string content)
    {
        var bytes = new byte[content.Length];
        return Convert.TryFromBase64String(content, bytes, out var size) ? size : throw ApiError.Invalid("Send the file as multipart/form-data.", "file");
    }
}

using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Objects;

/// <summary>Builds <c>file</c>.</summary>
public static class FileObject
{
    /// <summary>The member that holds the content in base64. Never shown.</summary>
    public const string Content = "_content";

    /// <summary>The member that holds the media type. Never shown.</summary>
    public const string MediaType = "_media_type";

    // https://docs.stripe.com/file-upload: evidence stays for about eight months.
    private const long Lifetime = 247 * 86_400;

    /// <param name="content">Base64.</param>
    public static JsonObject Create(string id, long created, string purpose, string fileName, string mediaType, string content, int size) => new()
    {
        ["id"] = id,
        ["object"] = "file",
        ["created"] = created,
        ["expires_at"] = created + Lifetime,
        ["filename"] = fileName,
        ["links"] = new JsonObject { ["object"] = "list", ["data"] = new JsonArray(), ["has_more"] = false, ["url"] = $"/v1/file_links?file={id}" },
        ["purpose"] = purpose,
        ["size"] = size,
        ["title"] = null,
        ["type"] = mediaType[(mediaType.IndexOf('/', StringComparison.Ordinal) + 1)..],
        ["url"] = $"https://files.stripe.com/v1/files/{id}/contents",
        [MediaType] = mediaType,
        [Content] = content,
    };
}

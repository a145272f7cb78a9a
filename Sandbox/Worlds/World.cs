using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;
using BillingCopilot.Sandbox.Worlds.Files;

namespace BillingCopilot.Sandbox.Worlds;

/// <summary>
/// A generated business: a pure function of name, seed and size. The same three give the same bytes.
/// </summary>
/// <param name="Name">World name, such as <c>lumen</c>.</param>
/// <param name="Seed">Seed of every id, name and event.</param>
/// <param name="Size"><c>small</c>, <c>medium</c> or <c>large</c>: <see cref="WorldCatalog.Sizes"/>.</param>
/// <param name="Now">The instant (UTC) at which the world's clock starts.</param>
/// <param name="Account">The objects of the main account.</param>
/// <param name="Told">What is to be told of the world beside its objects.</param>
public sealed record World(string Name, int Seed, string Size, DateTimeOffset Now, AccountState Account, WorldTold Told)
{
    /// <summary>What was planted, with ids: served by <c>/_sandbox/truth</c>, never through the API.</summary>
    public JsonObject Truth => Told.Truth;

    /// <summary>Policies and past tickets in Markdown, to be ingested by the copilot's memory.</summary>
    public IReadOnlyList<WorldDocument> Documents => Told.Documents;

    /// <summary>The company's own books, its banks' statements (CSV and CAMT.053), its sellers' contracts and sales, and unsorted tickets.</summary>
    public IReadOnlyList<WorldDocument> Files => Told.Files;

    /// <summary>A world as its file has it; objects are read when they are asked for.</summary>
    internal static World Read(WorldFile file) => new(
        (string)file.Header["world"]!,
        (int)file.Header["seed"]!,
        (string)file.Header["size"]!,
        DateTimeOffset.FromUnixTimeSeconds((long)file.Header["now"]!),
        new AccountState(file),
        new WorldTold(
            () => JsonNode.Parse(file.Text("truth"))!.AsObject(),
            () => WorldDocument.Read(file.Text("documents")),
            () => WorldDocument.Read(file.Text("files"))));
}

/// <summary>One file of a world.</summary>
/// <param name="Path">Relative path with forward slashes, such as <c>policies/refunds.md</c>.</param>
/// <param name="Text">Markdown, CSV or XML; LF line ends.</param>
public sealed record WorldDocument(string Path, string Text)
{
    internal static string Write(IEnumerable<WorldDocument> documents) =>
        new JsonArray([.. documents.Select(document => new JsonArray(document.Path, document.Text))]).ToJsonString();

    internal static IReadOnlyList<WorldDocument> Read(string text) =>
        [.. JsonNode.Parse(text)!.AsArray().Select(document => new WorldDocument((string)document![0]!, (string)document[1]!))];
}

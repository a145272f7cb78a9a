using System.Text.Json.Nodes;
using BillingCopilot.Sandbox.State;

namespace BillingCopilot.Sandbox.Worlds;

/// <summary>
/// A generated business: a pure function of name, seed and size. The same three give the same bytes.
/// </summary>
/// <param name="Name">World name, such as <c>lumen</c>.</param>
/// <param name="Seed">Seed of every id, name and event.</param>
/// <param name="Size"><c>small</c> (68 customers), <c>medium</c> (300) or <c>large</c> (1,500).</param>
/// <param name="Now">The instant (UTC) at which the world's clock starts.</param>
/// <param name="Account">The objects of the main account.</param>
/// <param name="Truth">What was planted, with ids: served by <c>/_sandbox/truth</c>, never through the API.</param>
/// <param name="Documents">Policies and past tickets in Markdown, to be ingested by the copilot's memory.</param>
public sealed record World(
    string Name,
    int Seed,
    string Size,
    DateTimeOffset Now,
    AccountState Account,
    JsonObject Truth,
    IReadOnlyList<WorldDocument> Documents);

/// <summary>One Markdown file of a world.</summary>
/// <param name="Path">Relative path with forward slashes, such as <c>policies/refunds.md</c>.</param>
/// <param name="Text">Markdown, LF line ends.</param>
public sealed record WorldDocument(string Path, string Text);

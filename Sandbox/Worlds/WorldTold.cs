using System.Text.Json.Nodes;

namespace BillingCopilot.Sandbox.Worlds;

/// <summary>
/// What is told of a world beside its objects. A start does not wait for it: each part is made when it is first
/// asked for. A world in memory makes it of its objects as they were generated, so before the first change
/// <see cref="Keep"/> has to be called.
/// </summary>
public sealed class WorldTold
{
    private readonly Lazy<JsonObject> _truth;
    private readonly Lazy<IReadOnlyList<WorldDocument>> _documents;
    private readonly Lazy<IReadOnlyList<WorldDocument>> _files;
    private readonly Action _keep;

    /// <summary>Parts that can be read at any time.</summary>
    internal WorldTold(Func<JsonObject> truth, Func<IReadOnlyList<WorldDocument>> documents, Func<IReadOnlyList<WorldDocument>> files)
        : this(truth, documents, files, () => { })
    {
    }

    private WorldTold(
        Func<JsonObject> truth, Func<IReadOnlyList<WorldDocument>> documents, Func<IReadOnlyList<WorldDocument>> files, Action keep) =>
        (_truth, _documents, _files, _keep) = (new(truth), new(documents), new(files), keep);

    /// <summary>Nothing is told.</summary>
    internal static WorldTold Nothing { get; } = new(() => [], () => [], () => []);

    /// <inheritdoc cref="World.Truth"/>
    public JsonObject Truth => _truth.Value;

    /// <inheritdoc cref="World.Documents"/>
    public IReadOnlyList<WorldDocument> Documents => _documents.Value;

    /// <inheritdoc cref="World.Files"/>
    public IReadOnlyList<WorldDocument> Files => _files.Value;

    /// <summary>Makes sure that nothing of it is read from objects any more.</summary>
    internal void Keep() => _keep();

    /// <summary>All parts at once, made of the objects of a world.</summary>
    internal static WorldTold Of(Func<(JsonObject Truth, IReadOnlyList<WorldDocument> Documents, IReadOnlyList<WorldDocument> Files)> make)
    {
        var told = new Lazy<(JsonObject Truth, IReadOnlyList<WorldDocument> Documents, IReadOnlyList<WorldDocument> Files)>(make);
        return new WorldTold(() => told.Value.Truth, () => told.Value.Documents, () => told.Value.Files, () => _ = told.Value);
    }
}

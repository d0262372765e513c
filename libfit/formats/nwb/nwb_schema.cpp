#include "libfit/formats/nwb/nwb_schema.hpp"

#include <array>

namespace libfit {
namespace {

constexpr std::string_view kCommonNamespace = R"json(
{"namespaces": [{"name": "hdmf-common", "version": "1.5.1", "full_name": "HDMF Common",
"doc": "The types of HDMF Common 1.5.1 that this file uses", "author": ["NWB and HDMF developers"],
"contact": ["https://hdmf-common-schema.readthedocs.io"],
"schema": [{"source": "base"}, {"source": "table"}]}]}
)json";

constexpr std::string_view kCoreNamespace = R"json(
{"namespaces": [{"name": "core", "version": "2.6.0", "full_name": "NWB core",
"doc": "The types of NWB 2.6.0 that this file uses", "author": ["NWB developers"],
"contact": ["https://nwb-schema.readthedocs.io"],
"schema": [{"namespace": "hdmf-common"}, {"source": "nwb.base"}, {"source": "nwb.device"}, {"source": "nwb.file"},
{"source": "nwb.icephys"}]}]}
)json";

constexpr std::string_view kCommonBase = R"json(
{"datasets": [{"data_type_def": "Data", "doc": "Values with attributes"}], "groups": [{"data_type_def":
"Container", "doc": "A group with attributes"}]}
)json";

constexpr std::string_view kCommonTable = R"json(
{"datasets": [{"shape": [[null], [null, null], [null, null, null], [null, null, null, null]], "dims":
[["dim0"], ["dim0", "dim1"], ["dim0", "dim1", "dim2"], ["dim0", "dim1", "dim2", "dim3"]], "data_type_inc":
"Data", "data_type_def": "VectorData", "attributes": [{"name": "description", "dtype": "text", "doc": ""}],
"doc": "A column of a table"}, {"shape": [null], "dims": ["num_rows"], "dtype": "uint8", "data_type_inc":
"VectorData", "data_type_def": "VectorIndex", "attributes": [{"name": "target", "dtype": {"target_type":
"VectorData", "reftype": "object"}, "doc": ""}], "doc": "Where the rows of a ragged column end"}, {"shape":
[null], "dims": ["num_elements"], "dtype": "int", "default_name": "element_id", "data_type_inc": "Data",
"data_type_def": "ElementIdentifiers", "doc": "Numbers of rows"}, {"shape": [null], "dims": ["num_rows"],
"dtype": "int", "data_type_inc": "VectorData", "data_type_def": "DynamicTableRegion", "attributes":
[{"name": "table", "dtype": {"target_type": "DynamicTable", "reftype": "object"}, "doc": ""}, {"name":
"description", "dtype": "text", "doc": ""}], "doc": "A column of row numbers of another table"}], "groups":
[{"datasets": [{"shape": [null], "dims": ["num_rows"], "dtype": "int", "name": "id", "data_type_inc":
"ElementIdentifiers", "doc": ""}, {"quantity": "*", "data_type_inc": "VectorData", "doc": ""}],
"data_type_inc": "Container", "data_type_def": "DynamicTable", "attributes": [{"name": "colnames", "dtype":
"text", "shape": [null], "dims": ["num_columns"], "doc": ""}, {"name": "description", "dtype": "text",
"doc": ""}], "doc": "A table, one dataset a column"}, {"groups": [{"quantity": "*", "data_type_inc":
"DynamicTable", "doc": ""}], "data_type_inc": "DynamicTable", "data_type_def": "AlignedDynamicTable",
"attributes": [{"name": "categories", "dtype": "text", "shape": [null], "dims": ["num_categories"], "doc":
""}], "doc": "A table of tables with the same rows"}]}
)json";

constexpr std::string_view kBase = R"json(
{"datasets": [{"neurodata_type_inc": "Data", "neurodata_type_def": "NWBData", "doc": "A dataset of NWB"},
{"dtype": [{"name": "idx_start", "dtype": "int32", "doc": ""}, {"name": "count", "dtype": "int32", "doc":
""}, {"name": "timeseries", "dtype": {"target_type": "TimeSeries", "reftype": "object"}, "doc": ""}],
"default_name": "timeseries", "neurodata_type_inc": "VectorData", "neurodata_type_def":
"TimeSeriesReferenceVectorData", "doc": "Stretches of time series"}], "groups": [{"neurodata_type_inc":
"Container", "neurodata_type_def": "NWBContainer", "doc": "A group of NWB"}, {"neurodata_type_inc":
"NWBContainer", "neurodata_type_def": "NWBDataInterface", "doc": "Data, raw or processed"}, {"groups":
[{"name": "sync", "quantity": "?", "doc": ""}], "datasets": [{"shape": [[null], [null, null], [null, null,
null], [null, null, null, null]], "dims": [["num_times"], ["num_times", "num_DIM2"], ["num_times",
"num_DIM2", "num_DIM3"], ["num_times", "num_DIM2", "num_DIM3", "num_DIM4"]], "name": "data", "attributes":
[{"name": "conversion", "required": false, "dtype": "float32", "default_value": 1.0, "doc": ""}, {"name":
"offset", "required": false, "dtype": "float32", "default_value": 0.0, "doc": ""}, {"name": "resolution",
"required": false, "dtype": "float32", "default_value": -1.0, "doc": ""}, {"name": "unit", "dtype": "text",
"doc": ""}, {"name": "continuity", "required": false, "dtype": "text", "doc": ""}], "doc": ""}, {"dtype":
"float64", "name": "starting_time", "quantity": "?", "attributes": [{"name": "rate", "dtype": "float32",
"doc": ""}, {"name": "unit", "dtype": "text", "value": "seconds", "doc": ""}], "doc": ""}, {"shape": [null],
"dims": ["num_times"], "dtype": "float64", "name": "timestamps", "quantity": "?", "attributes": [{"name":
"interval", "dtype": "int32", "value": 1, "doc": ""}, {"name": "unit", "dtype": "text", "value": "seconds",
"doc": ""}], "doc": ""}, {"shape": [null], "dims": ["num_times"], "dtype": "uint8", "name": "control",
"quantity": "?", "doc": ""}, {"shape": [null], "dims": ["num_control_values"], "dtype": "text", "name":
"control_description", "quantity": "?", "doc": ""}], "neurodata_type_inc": "NWBDataInterface",
"neurodata_type_def": "TimeSeries", "attributes": [{"name": "description", "required": false, "dtype":
"text", "default_value": "no description", "doc": ""}, {"name": "comments", "required": false, "dtype":
"text", "default_value": "no comments", "doc": ""}], "doc": "Values over time"}, {"groups": [{"quantity":
"*", "neurodata_type_inc": "NWBDataInterface", "doc": ""}, {"quantity": "*", "neurodata_type_inc":
"DynamicTable", "doc": ""}], "neurodata_type_inc": "NWBContainer", "neurodata_type_def": "ProcessingModule",
"attributes": [{"name": "description", "dtype": "text", "doc": ""}], "doc":
"Results computed from raw data"}]}
)json";

constexpr std::string_view kDevice = R"json(
{"groups": [{"neurodata_type_inc": "NWBContainer", "neurodata_type_def": "Device", "attributes": [{"name":
"description", "required": false, "dtype": "text", "doc": ""}, {"name": "manufacturer", "required": false,
"dtype": "text", "doc": ""}], "doc": "An instrument"}]}
)json";

constexpr std::string_view kFile = R"json(
{"datasets": [], "groups": [{"groups": [{"groups": [{"quantity": "*", "neurodata_type_inc":
"NWBDataInterface", "doc": ""}, {"quantity": "*", "neurodata_type_inc": "DynamicTable", "doc": ""}], "name":
"acquisition", "doc": ""}, {"groups": [{"quantity": "*", "neurodata_type_inc": "NWBContainer", "doc": ""},
{"quantity": "*", "neurodata_type_inc": "DynamicTable", "doc": ""}], "name": "analysis", "doc": ""},
{"groups": [{"quantity": "*", "neurodata_type_inc": "ProcessingModule", "doc": ""}], "name": "processing",
"doc": ""}, {"groups": [{"groups": [{"quantity": "*", "neurodata_type_inc": "TimeSeries", "doc": ""}],
"name": "presentation", "doc": ""}, {"groups": [{"quantity": "*", "neurodata_type_inc": "TimeSeries", "doc":
""}], "name": "templates", "doc": ""}], "name": "stimulus", "doc": ""}, {"groups": [{"quantity": "*",
"neurodata_type_inc": "LabMetaData", "doc": ""}, {"groups": [{"quantity": "*", "neurodata_type_inc":
"Device", "doc": ""}], "name": "devices", "quantity": "?", "doc": ""}, {"name": "subject", "quantity": "?",
"neurodata_type_inc": "Subject", "doc": ""}, {"groups": [{"quantity": "*", "neurodata_type_inc":
"IntracellularElectrode", "doc": ""}, {"name": "sweep_table", "quantity": "?", "neurodata_type_inc":
"SweepTable", "doc": ""}, {"name": "intracellular_recordings", "quantity": "?", "neurodata_type_inc":
"IntracellularRecordingsTable", "doc": ""}, {"name": "simultaneous_recordings", "quantity": "?",
"neurodata_type_inc": "SimultaneousRecordingsTable", "doc": ""}, {"name": "sequential_recordings",
"quantity": "?", "neurodata_type_inc": "SequentialRecordingsTable", "doc": ""}, {"name": "repetitions",
"quantity": "?", "neurodata_type_inc": "RepetitionsTable", "doc": ""}, {"name": "experimental_conditions",
"quantity": "?", "neurodata_type_inc": "ExperimentalConditionsTable", "doc": ""}], "datasets": [{"dtype":
"text", "name": "filtering", "quantity": "?", "doc": ""}], "name": "intracellular_ephys", "quantity": "?",
"doc": ""}], "datasets": [{"dtype": "text", "name": "data_collection", "quantity": "?", "doc": ""},
{"dtype": "text", "name": "experiment_description", "quantity": "?", "doc": ""}, {"shape": [null], "dims":
["num_experimenters"], "dtype": "text", "name": "experimenter", "quantity": "?", "doc": ""}, {"dtype":
"text", "name": "institution", "quantity": "?", "doc": ""}, {"shape": [null], "dims": ["num_keywords"],
"dtype": "text", "name": "keywords", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "lab",
"quantity": "?", "doc": ""}, {"dtype": "text", "name": "notes", "quantity": "?", "doc": ""}, {"dtype":
"text", "name": "pharmacology", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "protocol",
"quantity": "?", "doc": ""}, {"shape": [null], "dims": ["num_publications"], "dtype": "text", "name":
"related_publications", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "session_id", "quantity":
"?", "doc": ""}, {"dtype": "text", "name": "slices", "quantity": "?", "doc": ""}, {"dtype": "text", "name":
"source_script", "quantity": "?", "attributes": [{"name": "file_name", "dtype": "text", "doc": ""}], "doc":
""}, {"dtype": "text", "name": "stimulus", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "surgery",
"quantity": "?", "doc": ""}, {"dtype": "text", "name": "virus", "quantity": "?", "doc": ""}], "name":
"general", "doc": ""}], "datasets": [{"shape": [null], "dims": ["num_modifications"], "dtype":
"isodatetime", "name": "file_create_date", "doc": ""}, {"dtype": "text", "name": "identifier", "doc": ""},
{"dtype": "text", "name": "session_description", "doc": ""}, {"dtype": "isodatetime", "name":
"session_start_time", "doc": ""}, {"dtype": "isodatetime", "name": "timestamps_reference_time", "doc": ""}],
"name": "root", "neurodata_type_inc": "NWBContainer", "neurodata_type_def": "NWBFile", "attributes":
[{"name": "nwb_version", "dtype": "text", "value": "2.6.0", "doc": ""}], "doc": "One session"},
{"neurodata_type_inc": "NWBContainer", "neurodata_type_def": "LabMetaData", "doc":
"What a laboratory adds"}, {"datasets": [{"dtype": "text", "name": "age", "quantity": "?", "attributes":
[{"name": "reference", "required": false, "dtype": "text", "default_value": "birth", "doc": ""}], "doc":
""}, {"dtype": "isodatetime", "name": "date_of_birth", "quantity": "?", "doc": ""}, {"dtype": "text",
"name": "description", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "genotype", "quantity": "?",
"doc": ""}, {"dtype": "text", "name": "sex", "quantity": "?", "doc": ""}, {"dtype": "text", "name":
"species", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "strain", "quantity": "?", "doc": ""},
{"dtype": "text", "name": "subject_id", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "weight",
"quantity": "?", "doc": ""}], "neurodata_type_inc": "NWBContainer", "neurodata_type_def": "Subject", "doc":
"The animal or person"}]}
)json";

constexpr std::string_view kIcephys = R"json(
{"groups": [{"datasets": [{"shape": [null], "dims": ["num_times"], "dtype": "numeric", "name": "data",
"attributes": [{"name": "unit", "dtype": "text", "doc": ""}, {"name": "conversion", "required": false,
"dtype": "float32", "default_value": 1.0, "doc": ""}, {"name": "offset", "required": false, "dtype":
"float32", "default_value": 0.0, "doc": ""}, {"name": "resolution", "required": false, "dtype": "float32",
"default_value": -1.0, "doc": ""}, {"name": "continuity", "required": false, "dtype": "text", "doc": ""}],
"doc": ""}, {"dtype": "float32", "name": "gain", "quantity": "?", "doc": ""}], "links": [{"name":
"electrode", "target_type": "IntracellularElectrode", "doc": ""}], "neurodata_type_inc": "TimeSeries",
"neurodata_type_def": "PatchClampSeries", "attributes": [{"name": "stimulus_description", "dtype": "text",
"doc": ""}, {"name": "sweep_number", "required": false, "dtype": "uint32", "doc": ""}], "doc":
"Voltage or current of a patch-clamp electrode"}, {"datasets": [{"name": "data", "attributes": [{"name":
"unit", "dtype": "text", "value": "volts", "doc": ""}, {"name": "conversion", "required": false, "dtype":
"float32", "default_value": 1.0, "doc": ""}, {"name": "offset", "required": false, "dtype": "float32",
"default_value": 0.0, "doc": ""}, {"name": "resolution", "required": false, "dtype": "float32",
"default_value": -1.0, "doc": ""}, {"name": "continuity", "required": false, "dtype": "text", "doc": ""}],
"doc": ""}, {"dtype": "float32", "name": "bias_current", "quantity": "?", "doc": ""}, {"dtype": "float32",
"name": "bridge_balance", "quantity": "?", "doc": ""}, {"dtype": "float32", "name":
"capacitance_compensation", "quantity": "?", "doc": ""}], "neurodata_type_inc": "PatchClampSeries",
"neurodata_type_def": "CurrentClampSeries", "doc": "Voltage under current clamp"}, {"datasets": [{"dtype":
"float32", "name": "bias_current", "doc": ""}, {"dtype": "float32", "name": "bridge_balance", "doc": ""},
{"dtype": "float32", "name": "capacitance_compensation", "doc": ""}], "neurodata_type_inc":
"CurrentClampSeries", "neurodata_type_def": "IZeroClampSeries", "attributes": [{"name":
"stimulus_description", "dtype": "text", "value": "N/A", "doc": ""}], "doc":
"Voltage without injected current"}, {"datasets": [{"name": "data", "attributes": [{"name": "unit", "dtype":
"text", "value": "amperes", "doc": ""}, {"name": "conversion", "required": false, "dtype": "float32",
"default_value": 1.0, "doc": ""}, {"name": "offset", "required": false, "dtype": "float32", "default_value":
0.0, "doc": ""}, {"name": "resolution", "required": false, "dtype": "float32", "default_value": -1.0, "doc":
""}, {"name": "continuity", "required": false, "dtype": "text", "doc": ""}], "doc": ""}],
"neurodata_type_inc": "PatchClampSeries", "neurodata_type_def": "CurrentClampStimulusSeries", "doc":
"Injected current"}, {"datasets": [{"name": "data", "attributes": [{"name": "unit", "dtype": "text",
"value": "amperes", "doc": ""}, {"name": "conversion", "required": false, "dtype": "float32",
"default_value": 1.0, "doc": ""}, {"name": "offset", "required": false, "dtype": "float32", "default_value":
0.0, "doc": ""}, {"name": "resolution", "required": false, "dtype": "float32", "default_value": -1.0, "doc":
""}, {"name": "continuity", "required": false, "dtype": "text", "doc": ""}], "doc": ""}, {"dtype":
"float32", "name": "capacitance_fast", "quantity": "?", "attributes": [{"name": "unit", "dtype": "text",
"value": "farads", "doc": ""}], "doc": ""}, {"dtype": "float32", "name": "capacitance_slow", "quantity":
"?", "attributes": [{"name": "unit", "dtype": "text", "value": "farads", "doc": ""}], "doc": ""}, {"dtype":
"float32", "name": "resistance_comp_bandwidth", "quantity": "?", "attributes": [{"name": "unit", "dtype":
"text", "value": "hertz", "doc": ""}], "doc": ""}, {"dtype": "float32", "name":
"resistance_comp_correction", "quantity": "?", "attributes": [{"name": "unit", "dtype": "text", "value":
"percent", "doc": ""}], "doc": ""}, {"dtype": "float32", "name": "resistance_comp_prediction", "quantity":
"?", "attributes": [{"name": "unit", "dtype": "text", "value": "percent", "doc": ""}], "doc": ""}, {"dtype":
"float32", "name": "whole_cell_capacitance_comp", "quantity": "?", "attributes": [{"name": "unit", "dtype":
"text", "value": "farads", "doc": ""}], "doc": ""}, {"dtype": "float32", "name":
"whole_cell_series_resistance_comp", "quantity": "?", "attributes": [{"name": "unit", "dtype": "text",
"value": "ohms", "doc": ""}], "doc": ""}], "neurodata_type_inc": "PatchClampSeries", "neurodata_type_def":
"VoltageClampSeries", "doc": "Current under voltage clamp"}, {"datasets": [{"name": "data", "attributes":
[{"name": "unit", "dtype": "text", "value": "volts", "doc": ""}, {"name": "conversion", "required": false,
"dtype": "float32", "default_value": 1.0, "doc": ""}, {"name": "offset", "required": false, "dtype":
"float32", "default_value": 0.0, "doc": ""}, {"name": "resolution", "required": false, "dtype": "float32",
"default_value": -1.0, "doc": ""}, {"name": "continuity", "required": false, "dtype": "text", "doc": ""}],
"doc": ""}], "neurodata_type_inc": "PatchClampSeries", "neurodata_type_def": "VoltageClampStimulusSeries",
"doc": "Commanded voltage"}, {"datasets": [{"dtype": "text", "name": "cell_id", "quantity": "?", "doc": ""},
{"dtype": "text", "name": "description", "doc": ""}, {"dtype": "text", "name": "filtering", "quantity": "?",
"doc": ""}, {"dtype": "text", "name": "initial_access_resistance", "quantity": "?", "doc": ""}, {"dtype":
"text", "name": "location", "quantity": "?", "doc": ""}, {"dtype": "text", "name": "resistance", "quantity":
"?", "doc": ""}, {"dtype": "text", "name": "seal", "quantity": "?", "doc": ""}, {"dtype": "text", "name":
"slice", "quantity": "?", "doc": ""}], "links": [{"name": "device", "target_type": "Device", "doc": ""}],
"neurodata_type_inc": "NWBContainer", "neurodata_type_def": "IntracellularElectrode", "doc":
"The electrode"}, {"datasets": [{"dtype": "uint32", "name": "sweep_number", "neurodata_type_inc":
"VectorData", "doc": ""}, {"dtype": {"target_type": "PatchClampSeries", "reftype": "object"}, "name":
"series", "neurodata_type_inc": "VectorData", "doc": ""}, {"name": "series_index", "neurodata_type_inc":
"VectorIndex", "doc": ""}], "neurodata_type_inc": "DynamicTable", "neurodata_type_def": "SweepTable", "doc":
"Series of each sweep (older files)"}, {"datasets": [{"dtype": {"target_type": "IntracellularElectrode",
"reftype": "object"}, "name": "electrode", "neurodata_type_inc": "VectorData", "doc": ""}],
"neurodata_type_inc": "DynamicTable", "neurodata_type_def": "IntracellularElectrodesTable", "attributes":
[{"name": "description", "dtype": "text", "value":
"Table for storing intracellular electrode related metadata.", "doc": ""}], "doc":
"Electrode of each recording"}, {"datasets": [{"name": "stimulus", "neurodata_type_inc":
"TimeSeriesReferenceVectorData", "doc": ""}], "neurodata_type_inc": "DynamicTable", "neurodata_type_def":
"IntracellularStimuliTable", "attributes": [{"name": "description", "dtype": "text", "value":
"Table for storing intracellular stimulus related metadata.", "doc": ""}], "doc":
"Stimulus of each recording"}, {"datasets": [{"name": "response", "neurodata_type_inc":
"TimeSeriesReferenceVectorData", "doc": ""}], "neurodata_type_inc": "DynamicTable", "neurodata_type_def":
"IntracellularResponsesTable", "attributes": [{"name": "description", "dtype": "text", "value":
"Table for storing intracellular response related metadata.", "doc": ""}], "doc":
"Response of each recording"}, {"groups": [{"name": "electrodes", "neurodata_type_inc":
"IntracellularElectrodesTable", "doc": ""}, {"name": "stimuli", "neurodata_type_inc":
"IntracellularStimuliTable", "doc": ""}, {"name": "responses", "neurodata_type_inc":
"IntracellularResponsesTable", "doc": ""}], "name": "intracellular_recordings", "neurodata_type_inc":
"AlignedDynamicTable", "neurodata_type_def": "IntracellularRecordingsTable", "attributes": [{"name":
"description", "dtype": "text", "value":
"A table to group together a stimulus and response from a single electrode and a single simultaneous recording and for storing metadata about the intracellular recording.",
"doc": ""}], "doc": "Response and stimulus, one recording a row"}, {"datasets": [{"name": "recordings",
"neurodata_type_inc": "DynamicTableRegion", "attributes": [{"name": "table", "dtype": {"target_type":
"IntracellularRecordingsTable", "reftype": "object"}, "doc": ""}], "doc": ""}, {"name": "recordings_index",
"neurodata_type_inc": "VectorIndex", "doc": ""}], "name": "simultaneous_recordings", "neurodata_type_inc":
"DynamicTable", "neurodata_type_def": "SimultaneousRecordingsTable", "doc":
"Recordings made at the same time"}, {"datasets": [{"name": "simultaneous_recordings", "neurodata_type_inc":
"DynamicTableRegion", "attributes": [{"name": "table", "dtype": {"target_type":
"SimultaneousRecordingsTable", "reftype": "object"}, "doc": ""}], "doc": ""}, {"name":
"simultaneous_recordings_index", "neurodata_type_inc": "VectorIndex", "doc": ""}, {"dtype": "text", "name":
"stimulus_type", "neurodata_type_inc": "VectorData", "doc": ""}], "name": "sequential_recordings",
"neurodata_type_inc": "DynamicTable", "neurodata_type_def": "SequentialRecordingsTable", "doc":
"Sweeps of one kind of stimulus"}, {"datasets": [{"name": "sequential_recordings", "neurodata_type_inc":
"DynamicTableRegion", "attributes": [{"name": "table", "dtype": {"target_type": "SequentialRecordingsTable",
"reftype": "object"}, "doc": ""}], "doc": ""}, {"name": "sequential_recordings_index", "neurodata_type_inc":
"VectorIndex", "doc": ""}], "name": "repetitions", "neurodata_type_inc": "DynamicTable",
"neurodata_type_def": "RepetitionsTable", "doc": "Runs of sequences"}, {"datasets": [{"name": "repetitions",
"neurodata_type_inc": "DynamicTableRegion", "attributes": [{"name": "table", "dtype": {"target_type":
"RepetitionsTable", "reftype": "object"}, "doc": ""}], "doc": ""}, {"name": "repetitions_index",
"neurodata_type_inc": "VectorIndex", "doc": ""}], "name": "experimental_conditions", "neurodata_type_inc":
"DynamicTable", "neurodata_type_def": "ExperimentalConditionsTable", "doc": "Repetitions by condition"}]}
)json";

constexpr std::array<CachedSchema, 8> kCached{{{"hdmf-common", "1.5.1", "namespace", kCommonNamespace},
                                               {"hdmf-common", "1.5.1", "base", kCommonBase},
                                               {"hdmf-common", "1.5.1", "table", kCommonTable},
                                               {"core", kNwbVersion, "namespace", kCoreNamespace},
                                               {"core", kNwbVersion, "nwb.base", kBase},
                                               {"core", kNwbVersion, "nwb.device", kDevice},
                                               {"core", kNwbVersion, "nwb.file", kFile},
                                               {"core", kNwbVersion, "nwb.icephys", kIcephys}}};

}  // namespace

std::span<const CachedSchema> cached_nwb_schema() { return kCached; }

}  // namespace libfit
